// Shows which time it is in the house: demonstration time may run faster than ours.
"use strict";

const houseClock = (() => {
  const box = document.getElementById("clock");
  const shape = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", month: "long", day: "numeric",
    weekday: "long", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
  let shown = Date.parse(box.dataset.now);
  let speed = Number(box.dataset.speed);
  let demonstration = Boolean(box.dataset.demonstration);
  let since = performance.now();

  function draw() {
    const now = shown + (performance.now() - since) * speed;
    const kind = demonstration ? (speed > 1 ? `演示时间 · 快 ${speed} 倍` : "演示时间") : "真实时间";
    box.textContent = `${kind}　${shape.format(new Date(now))}`;
    box.classList.toggle("fast", speed > 1);
  }

  draw();
  setInterval(draw, 500);
  return {
    set(clock) {
      shown = Date.parse(clock.now);
      speed = clock.speed;
      demonstration = clock.demonstration;
      since = performance.now();
      draw();
    },
  };
})();

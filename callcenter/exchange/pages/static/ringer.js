// Sounds of a phone: the ring of an incoming call, the tones of the keys, and the voice.
"use strict";

const ringer = (() => {
  const TONES = { 1: [697, 1209], 2: [697, 1336], 3: [697, 1477], 4: [770, 1209], 5: [770, 1336], 6: [770, 1477],
    7: [852, 1209], 8: [852, 1336], 9: [852, 1477], "*": [941, 1209], 0: [941, 1336], "#": [941, 1477] };
  let audio = null;
  let ringing = null;

  function on() {
    audio = audio || (window.AudioContext ? new AudioContext() : null);
    if (audio && audio.state === "suspended") audio.resume().catch(() => {});
    return audio;
  }

  function tone(frequencies, seconds, loud) {
    const context = on();
    if (!context || context.state !== "running") return;
    const volume = context.createGain();
    volume.gain.setValueAtTime(loud, context.currentTime);
    volume.gain.linearRampToValueAtTime(0, context.currentTime + seconds);
    volume.connect(context.destination);
    for (const frequency of frequencies) {
      const source = context.createOscillator();
      source.frequency.value = frequency;
      source.connect(volume);
      source.start();
      source.stop(context.currentTime + seconds);
    }
  }

  return {
    key: (key) => tone(TONES[key] || [440], 0.15, 0.08),
    ring(wanted) {
      if (wanted && !ringing) {
        tone([425, 450], 1, 0.15);
        ringing = setInterval(() => tone([425, 450], 1, 0.15), 4000);
      } else if (!wanted && ringing) {
        clearInterval(ringing);
        ringing = null;
      }
    },
    speak(text) {
      if (!window.speechSynthesis) return;
      const words = new SpeechSynthesisUtterance(text);
      words.lang = "zh-CN";
      const voice = speechSynthesis.getVoices().find((one) => one.lang.replace("_", "-").startsWith("zh-CN"));
      if (voice) words.voice = voice;
      speechSynthesis.speak(words);
    },
    hush() {
      if (window.speechSynthesis) speechSynthesis.cancel();
    },
  };
})();

"""The console (工作台) of operators, caseworkers and supervisors: server-rendered pages."""

from callcenter.web.console.routes import mount_static, router

__all__ = ["mount_static", "router"]

"""graphkit: leads on networked corruption (窝案) around public procurement, each edge with the row it was read from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphkit.workspace import Workspace, open

__all__ = ["Workspace", "__version__", "open"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import late: `import graphkit` costs nothing until a workspace is opened."""
    if name in ("Workspace", "open"):
        from graphkit import workspace

        return getattr(workspace, name)
    raise AttributeError(f"module 'graphkit' has no attribute {name!r}")

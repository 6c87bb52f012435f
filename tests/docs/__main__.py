"""Write what in docs/ is made from the code. The outputs of sessions: RECONCILER_REGENERATE=1 with their tests."""

from __future__ import annotations

from tests.docs.written import write_all

write_all()

"""What the report's tests share: a run made by hand, and a browser. Test folders are no packages here."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

"""Tests import what stands beside the scripts: `cost_model`, `cost_month`."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

import report


class ReportTest(unittest.TestCase):
    def test_groups_are_summed_up(self):
        rows = [{"r": "n", "v": 1}, {"r": "s", "v": 5}, {"r": "n", "v": 4}]
        summary = report.summarise(rows, "r", "v")
        self.assertEqual(summary["n"], {"count": 2, "sum": 5, "mean": 2.5, "median": 2.5})
        self.assertEqual(report.as_csv(summary, "r").splitlines()[2], "s,1,5.0,5.0,5.0")

    def test_the_closest_is_found_in_any_case(self):
        self.assertEqual(report.closest("helsinky", ["Oslo", "Helsinki"]), "Helsinki")
        self.assertIsNone(report.closest("xyz", ["Oslo"]))


if __name__ == "__main__":
    unittest.main()

from kuyakusho.core.retention import keep, with_

OWNER = "区の管理者 (ward administrator)"

keep("wards.Ward", "for ever", owner=OWNER, why="everything hangs on it", ward="none: it is the ward")
for name in ("Section", "District", "FiscalYear", "ClosingDay"):
    keep(f"wards.{name}", with_("wards.Ward"), owner=OWNER, why="old years stay readable as they were")
keep("wards.Succession", with_("wards.Section"), owner=OWNER, why="the chain of duty", ward="before__ward")

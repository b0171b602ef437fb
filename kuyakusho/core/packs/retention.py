from kuyakusho.core.retention import keep, with_

keep(
    "packs.AppliedPack",
    with_("wards.Ward"),
    owner="区の管理者 (ward administrator)",
    why="tells what of the pack is new",
)

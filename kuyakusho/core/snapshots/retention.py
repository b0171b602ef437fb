from kuyakusho.core.retention import keep

keep(
    "snapshots.Snapshot",
    "as long as the public thing that it shows",
    owner="広報 (publishing)",
    why="rooms replace it when the thing changes and remove it when they withdraw it; always made anew from other rows",
)

from kuyakusho.core.retention import keep

keep(
    "search.SearchDocument",
    "as long as the public thing that it finds",
    owner="広報 (publishing)",
    why="rooms take it out when they withdraw the thing",
)

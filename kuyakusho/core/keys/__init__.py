"""API keys: how a city's own systems prove who they are. See docs/api/README.md.

    @router.post("/{slug:ward}/indicators/{slug:key}/observations", …)
    @machine_key("indicators:write")          # from kuyakusho.core.keys.access
    def add(request, …): ...                  # request.actor is Actor("key", <public id>)

A key belongs to one ward, has a name, scopes and a last day; only a digest of it is kept. Ward administrators make,
list and revoke them at `/<ward>/desk/keys/`. Rooms say which scopes there are with `scopes.register`.
"""

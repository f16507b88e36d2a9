"""The staff's door: routes and forms, a module per thing people come for; what is true lives in domain/."""

from portal.staff import bulk, calls, components, desk, queue, views, workbench

DOORS = (
    components.door,
    desk.door,
    workbench.door,
    queue.door,
    views.door,
    bulk.door,
    calls.door,
)

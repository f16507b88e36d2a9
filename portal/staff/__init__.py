"""The staff's door: routes and forms, a module per thing people come for; what is true lives in domain/."""

from portal.staff import (
    bulk,
    calls,
    components,
    configuration,
    customer_parts,
    customers,
    desk,
    journal,
    letters,
    parties,
    people,
    people_rights,
    queue,
    security,
    service_reports,
    views,
    workbench,
)

HANG_ON = (customer_parts, people_rights)
"""The modules that hang their routes on the doors of customers and people."""

DOORS = (
    components.door,
    desk.door,
    workbench.door,
    queue.door,
    views.door,
    bulk.door,
    calls.door,
    customers.door,
    parties.door,
    people.door,
    security.door,
    configuration.door,
    journal.door,
    letters.door,
    service_reports.door,
)

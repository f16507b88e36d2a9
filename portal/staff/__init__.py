"""The staff's door: routes and forms, a module per thing people come for; what is true lives in domain/."""

from portal.staff import components

DOORS = (components.door,)

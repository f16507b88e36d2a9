"""The staff's door: routes and forms, a module per thing people come for; what is true lives in domain/."""

DOORS = ()

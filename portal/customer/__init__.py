"""The customer's door: routes and forms, a module per thing people come for; truth lives in domain/."""

from portal.customer import decisions, home, new_ticket, organisation, promises, reports, tickets

ROUTES_OF_TICKETS = (tickets, new_ticket, decisions, promises)
"""The modules that hang their routes on the one door of tickets."""

DOORS = (home.door, tickets.door, organisation.door, reports.door)

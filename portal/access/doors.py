"""Every door of the portal, in one list."""

from portal.access import links, proof, set_up, sign_in
from portal.customer import DOORS as CUSTOMER
from portal.everyone import DOORS as EVERYONE
from portal.staff import DOORS as STAFF

DOORS = (sign_in.door, links.door, proof.door, set_up.door, *EVERYONE, *CUSTOMER, *STAFF)

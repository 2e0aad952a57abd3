"""Who asks, as far as it can be believed."""

from ipaddress import ip_address, ip_network

from django.http import HttpRequest

#: Machines of our own: this one, and those on its private network.
OURS = [
    ip_network(each) for each in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
]


def client_address(request: HttpRequest) -> str:
    """
    The header counts only where a machine of ours has set it, and then the last address that isn't ours: everything
    to the left of it is the client's own claim. On a unix socket, where only our proxy is, there is no peer.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    if peer and not _is_ours(peer):
        return peer
    chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    outside = next((address for address in reversed(chain) if not _is_ours(address)), None)
    return (outside or next(iter(chain), None) or peer or "unix")[:64]


def _is_ours(text: str) -> bool:
    try:
        address = ip_address(text.removeprefix("::ffff:"))
    except ValueError:
        return False
    return any(address in network for network in OURS)

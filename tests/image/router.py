"""A shop's router inside the machine: two radios of the kernel's own making (mac80211_hwsim) hear each other."""

from __future__ import annotations

from tests.image.waiting import until
from tests.image.world import MachineWorld

# The second radio is the router's: the machine's own units are kept from it.
ROUTER = """
set -e
mkdir -p /run/systemd/network
cat > /run/systemd/network/10-router.network <<END
[Match]
Name=wlan1
[Network]
Address=10.9.0.1/24
DHCPServer=yes
END
cat > /run/router <<END
network={
    ssid="Halles"
    mode=2
    frequency=2412
    key_mgmt=WPA-PSK
    proto=RSN
    psk="douze signes"
}
END
networkctl reload
systemctl mask --runtime --quiet sceau-radio@wlan1.path sceau-radio@wlan1.service
modprobe mac80211_hwsim radios=2
for n in $(seq 60); do [ -e /sys/class/net/wlan1 ] && break; sleep 0.5; done
systemd-run --quiet --unit=router /sbin/wpa_supplicant -Dnl80211 -iwlan1 -c/run/router
"""


def over_the_air(world: MachineWorld) -> None:
    """The machine's units find the network that its bundle names: WPA2's handshake and DHCP run as on any radio."""
    world.running.sh(ROUTER)
    until(
        lambda: "10.9.0." in world.running.sh("networkctl status wlan0", check=False),
        instead=lambda: world.running.sh("systemctl status sceau-radio@wlan0 router | tail -40", check=False),
    )
    assert world.running.sh("systemctl is-active sceau-radio@wlan0.service").strip() == "active"

"""A loopback stand-in of the flight API that plays a recording; see ../opensky-server."""

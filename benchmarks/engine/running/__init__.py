"""How a plan is run: the loop over steps, lanes, the store of outputs, events, the device."""

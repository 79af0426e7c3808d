"""Running a plan: the loop over steps, lanes, the store of outputs, events, the device."""

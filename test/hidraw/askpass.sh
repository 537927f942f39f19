#!/bin/sh
# What OpenSSH asks for the PIN of the lab's key (SSH_ASKPASS).
echo "$GLASSKEY_TEST_PIN"

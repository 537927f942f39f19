/** What a session waits for, as the main process says it: in the banner of its tab and to screen readers. */
export const SESSION_WAITS = {
  'session.wait-key': 'Plug in the security key that was enrolled on this computer.',
  'session.wait-pin': 'Type the PIN of {product} into Glasskey’s prompt.',
  'session.wait-touch': '{purpose}.',
} as const;

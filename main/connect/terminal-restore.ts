/**
 * Puts a terminal back into the state that a shell expects, whatever a program that was cut off had switched on, and leaves what it
 * shows (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html): whatever was begun is ended (CAN); off the alternate screen; mouse,
 * focus and paste reports off; soft reset (DECSTR); application keys off; the cursor seen; plain letters.
 *
 * Leaving the alternate screen restores the cursor that was saved for the other one, also where that one is shown already: saving it
 * before (DECSC, of each screen its own) keeps it where it is then.
 */
export const RESTORED_TERMINAL =
  '\x18\x1b7\x1b[?1049l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1006l\x1b[?2004l\x1b[!p\x1b[?1l\x1b>\x1b[?25h\x1b[0m';

/** Comes before the preload's own code in its bundle: the bridge is up even in a preload that never imports electron. */
import './electron.ts';

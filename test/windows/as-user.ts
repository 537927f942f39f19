/**
 * Loaded first in every program under Wine. Wine sets the folders of its own one user, whatever the environment said, so what the
 * test wants is set here, for this program and those that it starts.
 */
import { Socket } from 'node:net';

const wanted: unknown = JSON.parse(process.env.GLASSKEY_TEST_ENVIRONMENT ?? '{}');
if (typeof wanted === 'object' && wanted !== null) Object.assign(process.env, wanted);

// Wine 8 knows no TCP_KEEPIDLE: where keep-alive is wanted before the connection stands, as fetch does, connecting fails.
Socket.prototype.setKeepAlive = function setNoKeepAlive() {
  return this;
};

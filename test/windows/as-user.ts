/**
 * Loaded first in every program under Wine: Wine sets the folders of its own one user, whatever the environment said, so what the
 * test wants is set here, for this program and those that it starts.
 */
const wanted: unknown = JSON.parse(process.env.GLASSKEY_TEST_ENVIRONMENT ?? '{}');
if (typeof wanted === 'object' && wanted !== null) Object.assign(process.env, wanted);

/** Runs under Wine: prints whether this process is elevated, as native/webauthn reads it and as the shell's own question answers it. */
import { isElevated } from '../../native/webauthn/elevation.ts';
import { loadKoffi, loadSystemLibrary } from '../../native/webauthn/system-library.ts';

const isUserAnAdmin = loadSystemLibrary(await loadKoffi(), 'shell32.dll').func('IsUserAnAdmin', 'int32_t', []);
console.log(JSON.stringify({ isElevated: await isElevated(), isUserAnAdmin: isUserAnAdmin() !== 0 }));

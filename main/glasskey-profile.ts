/** The key on the user's Entra profile, composed for glasskey.ts: signed in to when it is first asked something. */
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { ProfileKeyHolder } from './enrollment/publish.ts';
import { parseEntraSettings, resolveEndpoints } from './entra/cloud.ts';
import type { EntraSession } from './entra/entra-session.ts';
import { observedProfile } from './glasskey-observing.ts';
import type { GlasskeyPeople, OpenWorld } from './glasskey-world.ts';
import type { Settings } from './storage/settings.ts';

type SignInPeople = Pick<GlasskeyPeople, 'signInWanted'>;

/** What is seen there is noted. */
export function profileHolder(people: SignInPeople, world: OpenWorld): ProfileKeyHolder {
  let session: Promise<EntraSession> | undefined;
  const profile = async () => {
    session ??= openEntra(people, world);
    return (await session).profile;
  };
  const holder: ProfileKeyHolder = {
    account: async (signal) => (await (await profile()).me(signal)).userPrincipalName,
    read: async (signal) => (await (await profile()).readProfileKey(signal)).line,
    publish: async (line, options) => {
      await (await profile()).publishProfileKey(line, options);
    },
  };
  return observedProfile(holder, world);
}

/** Before anybody types a PIN or touches a key for an enrollment that could then not be published. Throws `ENTRA_NOT_CONFIGURED`. */
export function assertCanSignIn(settings: Settings): void {
  try {
    resolveEndpoints(parseEntraSettings(settings.get('entra').value));
  } catch (error) {
    if (!(error instanceof GlasskeyError) || error.code !== 'ENTRA_NOT_CONFIGURED') throw error;
    const { code, message, remedy, detail, cause } = error;
    const later = 'Or make the key now and publish it later: glasskey enroll --no-publish';
    throw new GlasskeyError({ code, message, remedy: `${remedy} ${later}`, detail, cause });
  }
}

async function openEntra(people: SignInPeople, world: OpenWorld): Promise<EntraSession> {
  const [{ openEntraSession }, { openSystemBrowser }] = await Promise.all([
    import('./entra/entra-session.ts'),
    import('./entra/system-browser.ts'),
  ]);
  const { settings, clock, log, environment, tokens } = world;
  return openEntraSession({
    settings: parseEntraSettings(settings.get('entra').value),
    clock,
    log,
    ...(tokens === undefined ? {} : { tokens }),
    openBrowser: async (url, signal) => {
      people.signInWanted(undefined);
      log('debug', 'entra.sign-in-page', { host: URL.parse(url)?.host ?? '' });
      try {
        await openSystemBrowser(url, { env: environment, clock, signal });
      } catch (error) {
        // Without a browser here, a person may still open the page by hand: the sign-in goes on waiting.
        if (!(error instanceof GlasskeyError) || error.code !== 'BROWSER_NOT_STARTED') throw error;
        people.signInWanted(url);
      }
    },
  });
}

import { describe, expect, it } from 'vitest';
import { parseEntraSettings, resolveEndpoints } from '../../../main/entra/cloud.ts';

const CLIENT = '11111111-2222-3333-4444-555555555555';

function endpointsOf(settings: unknown) {
  return resolveEndpoints(parseEntraSettings(settings));
}

describe('the Entra settings', () => {
  // shared/reference/azure.md, section 1.6.
  it.each([
    ['public', 'https://login.microsoftonline.com', 'https://graph.microsoft.com'],
    ['usgov', 'https://login.microsoftonline.us', 'https://graph.microsoft.us'],
    ['usgov-dod', 'https://login.microsoftonline.us', 'https://dod-graph.microsoft.us'],
    ['china', 'https://login.chinacloudapi.cn', 'https://microsoftgraph.chinacloudapi.cn'],
  ])('know the hosts of the cloud %s', (cloud, login, graph) => {
    expect(endpointsOf({ cloud, clientId: CLIENT })).toMatchObject({
      authority: `${login}/organizations`,
      graphRoot: graph,
      graphScope: `${graph}/User.ReadWrite`,
      knownAuthorities: [],
    });
  });

  it('say which registration is missing and where its id goes, when no client id is set', () => {
    expect(() => endpointsOf(undefined)).toThrow(
      expect.objectContaining({ code: 'ENTRA_NOT_CONFIGURED', remedy: expect.stringContaining('entra.clientId') }),
    );
  });

  it('take the hosts of a custom cloud, and list its login host as known', () => {
    const custom = { cloud: 'custom', loginRoot: 'https://login.example:8443/', graphRoot: 'https://graph.example/' };
    expect(endpointsOf({ ...custom, clientId: CLIENT, tenant: 'lab.example', caFile: '/ca.pem' })).toEqual({
      clientId: CLIENT,
      tenant: 'lab.example',
      authority: 'https://login.example:8443/lab.example',
      knownAuthorities: ['login.example:8443'],
      graphRoot: 'https://graph.example',
      graphScope: 'https://graph.example/User.ReadWrite',
      caFile: '/ca.pem',
      signInTimeoutMs: 300_000,
    });
  });

  it.each([
    [{ cloud: 'custom', clientId: CLIENT }, 'entra.loginRoot'],
    [{ cloud: 'custom', clientId: CLIENT, loginRoot: 'https://login.example' }, 'entra.graphRoot'],
    [{ graphRoot: 'http://graph.example' }, 'entra.graphRoot'],
    [{ graphRoot: 'https://user@graph.example' }, 'entra.graphRoot'],
    [{ loginRoot: 'https://login.example?x=1' }, 'entra.loginRoot'],
    [{ cloud: 'germany' }, 'entra.cloud'],
    [{ tenant: '../other' }, 'entra.tenant'],
    [{ knownAuthorities: ['https://login.example'] }, 'entra.knownAuthorities.0'],
    [{ clientID: CLIENT }, 'entra'],
    ['text', 'entra'],
  ])('refuse %j and name the member', (settings, member) => {
    expect(() => endpointsOf(settings)).toThrow(
      expect.objectContaining({ code: 'ENTRA_SETTINGS_INVALID', detail: { member } }),
    );
  });
});

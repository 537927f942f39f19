/** The one click that helps: goes to where it is done, or begins it. */
import { useCallback } from 'react';
import type { RemedyActionView } from '../../../main/ipc/contract.ts';
import { useConnect, useNavigation } from '../../navigation.tsx';
import { useEnrollmentRun } from '../enroll/enrollment-run.tsx';

/** Rejects with CallError where a session could not even begin. */
export function useRemedy(): (action: RemedyActionView) => Promise<void> {
  const { go } = useNavigation();
  const { publish } = useEnrollmentRun();
  const connect = useConnect();
  return useCallback(
    async (action) => {
      switch (action.kind) {
        case 'rotate':
        case 'rotate-back':
          return go({ screen: 'security-keys', flow: 'rotate' });
        case 'recover':
          return go({ screen: 'security-keys', flow: 'recover' });
        case 'security-keys':
          return go({ screen: 'security-keys' });
        case 'enroll':
          return go({ screen: 'enroll' });
        case 'enroll-backup':
          return go({ screen: 'enroll', backup: true });
        case 'drill':
          return go({ screen: 'devices', rehearse: { target: action.target } });
        case 'host-keys':
          return go({ screen: 'devices', hostKeysOf: action.target });
        case 'connect':
          return connect(action.target);
        case 'publish':
          publish(action.key);
          return go({ screen: 'enroll' });
        default:
          return action satisfies never;
      }
    },
    [go, publish, connect],
  );
}

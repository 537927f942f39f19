/** How the SSH agent stands, from the first answer on kept as it is. */
import { useEffect, useState } from 'react';
import type { AgentView } from '../../../main/ipc/contract.ts';
import { call, onEvent } from '../../contract-client.ts';

export function useAgent(): { readonly agent: AgentView | undefined; readonly error: unknown } {
  const [agent, setAgent] = useState<AgentView>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    let wanted = true;
    call('agent.status', {}).then(
      (status) => wanted && setAgent((newer) => newer ?? status),
      (caught) => wanted && setError(caught),
    );
    const end = onEvent('agent.changed', setAgent);
    return () => {
      wanted = false;
      end();
    };
  }, []);
  return { agent, error };
}

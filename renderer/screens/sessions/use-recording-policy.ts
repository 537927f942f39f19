/** Whether an administrator wants every session recorded: then nobody here can end a recording. */
import { useSettings } from '../settings/use-settings.ts';

export function useRecordingPolicy(): boolean {
  const line = useSettings().listed?.settings.find(({ key }) => key === 'sessions.record');
  return line?.value === 'always' && line.fixed === true;
}

/** What roles and kinds of ways are called, and the pictures of roles. */
import {
  ArrowRoutingRegular,
  CubeRegular,
  DesktopTowerRegular,
  FilterRegular,
  type FluentIcon,
  OrganizationRegular,
  RouterRegular,
  ServerMultipleRegular,
  ServerRegular,
  TableSimpleRegular,
  WindowConsoleRegular,
} from '@fluentui/react-icons';
import type { CallInput } from '../../../main/ipc/contract.ts';

export type TargetRole = CallInput<'targets.save'>['role'];
export type WayKind = CallInput<'targets.save'>['ways'][number]['kind'];

/** In the order in which they are offered. */
export const ROLES = {
  other: { name: 'devices.role-other', icon: ServerRegular },
  'jump-host': { name: 'devices.role-jump-host', icon: ArrowRoutingRegular },
  ce: { name: 'devices.role-ce', icon: RouterRegular },
  tor: { name: 'devices.role-tor', icon: ServerMultipleRegular },
  'management-switch': { name: 'devices.role-management-switch', icon: OrganizationRegular },
  'packet-broker': { name: 'devices.role-packet-broker', icon: FilterRegular },
  'terminal-server': { name: 'devices.role-terminal-server', icon: WindowConsoleRegular },
  'bare-metal': { name: 'devices.role-bare-metal', icon: DesktopTowerRegular },
  vm: { name: 'devices.role-vm', icon: TableSimpleRegular },
  'aks-node': { name: 'devices.role-aks-node', icon: CubeRegular },
} as const satisfies Readonly<Record<TargetRole, { readonly name: string; readonly icon: FluentIcon }>>;

/** `explained`: what somebody should know before taking it. */
export const KINDS = {
  jump: { name: 'devices.kind-jump', explained: 'devices.kind-jump-explained' },
  forwarded: { name: 'devices.kind-forwarded', explained: 'devices.kind-forwarded-explained' },
  console: { name: 'devices.kind-console', explained: 'devices.kind-console-explained' },
  password: { name: 'devices.kind-password', explained: 'devices.kind-password-explained' },
} as const satisfies Readonly<Record<WayKind, { readonly name: string; readonly explained: string }>>;

export const namesOf = <K extends string>(words: Readonly<Record<K, unknown>>): readonly K[] =>
  Object.keys(words) as K[];

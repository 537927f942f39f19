/** Runs under Wine: the structures as koffi's build for Windows lays them out, as JSON in the form of structures.c. */
import koffi from 'koffi';
import { webauthnStructures } from '../../native/webauthn/structures.ts';

const layouts = Object.entries(webauthnStructures(koffi)).map(([name, type]) => {
  const members = Object.keys(type.members ?? {}).map((member) => [member, koffi.offsetof(type, member)]);
  return [name, { members: Object.fromEntries(members), size: koffi.sizeof(type) }];
});
console.log(JSON.stringify(Object.fromEntries(layouts)));

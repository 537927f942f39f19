/** The people of the lab's tenant. */
import { randomUUID } from 'node:crypto';

export interface LabAccount {
  /** The object id, which is also the token's subject. */
  readonly oid: string;
  readonly upn: string;
  readonly displayName: string;
  /** null for accounts without a mailbox, as Graph gives it. */
  readonly mail: string | null;
  password: string;
}

export class LabAccounts {
  readonly #accounts: readonly LabAccount[];

  /** Alice has a mailbox, Bob has none. */
  constructor(passwords: { readonly alice: string; readonly bob: string }) {
    this.#accounts = [
      account('alice@lab.example', 'Alice Example', 'alice@lab.example', passwords.alice),
      account('bob@lab.example', 'Bob Example', null, passwords.bob),
    ];
  }

  list(): readonly LabAccount[] {
    return this.#accounts;
  }

  byUpn(upn: string): LabAccount | undefined {
    return this.#accounts.find((one) => one.upn === upn.toLowerCase());
  }

  byOid(oid: string): LabAccount | undefined {
    return this.#accounts.find((one) => one.oid === oid);
  }

  setPassword(upn: string, password: string): void {
    const found = this.byUpn(upn);
    if (found === undefined) throw new Error(`the lab has no account ${upn}`);
    found.password = password;
  }
}

function account(upn: string, displayName: string, mail: string | null, password: string): LabAccount {
  return { oid: randomUUID(), upn, displayName, mail, password };
}

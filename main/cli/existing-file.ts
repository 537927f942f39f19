/** A file of the person's own choice that is there already. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

/** Does what may throw `FILE_EXISTS`; its remedy then also names the option by which the file is replaced. */
export async function replacingOnlyWith<T>(option: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof GlasskeyError) || error.code !== 'FILE_EXISTS') throw error;
    const { code, message, detail } = error;
    const remedy = `Choose another file name, or add ${option} if you do not need that file any more.`;
    throw new GlasskeyError({ code, message, remedy, detail, cause: error });
  }
}

/** What was noticed on the way and is no error. */
import { Notice } from '../../design/error-notice.tsx';

export function RunRemarks({ remarks }: { readonly remarks: readonly string[] }) {
  return [...new Set(remarks)].map((remark) => <Notice key={remark} kind="info" sentence={remark} />);
}

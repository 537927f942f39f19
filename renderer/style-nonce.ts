/** The nonce that this response's CSP allows styles by; the protocol handler wrote it into the document. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? '';
}

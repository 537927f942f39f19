import { REPORT_SIZE } from '../../../native/hid/transport.ts';

/** Cuts a byte stream into whole reports. */
export class ReportSplitter {
  private kept: Buffer = Buffer.alloc(0);

  /** Takes a chunk; returns the reports it completed. */
  push(chunk: Uint8Array): Uint8Array[] {
    const bytes = Buffer.concat([this.kept, chunk]);
    const reports: Uint8Array[] = [];
    let at = 0;
    for (; at + REPORT_SIZE <= bytes.length; at += REPORT_SIZE) {
      reports.push(new Uint8Array(bytes.subarray(at, at + REPORT_SIZE)));
    }
    this.kept = bytes.subarray(at);
    return reports;
  }
}

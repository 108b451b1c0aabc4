/** What went wrong, in words for the user; anything else that is thrown is a defect or the system's. */
export class Fault extends Error {
  override readonly name: string = 'Fault';
}

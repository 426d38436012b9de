/** Who somebody is, as a provider of identities knows them. */
export interface OutsidePerson {
  /** Whose subjects these are: the same subject of another issuer is another person. */
  issuer: string;
  subject: string;
  email: string;
  isEmailVerified: boolean;
  name: string;
}

/** What binds one sign-in to one browser; the verifier never leaves the server. */
export interface SignInProof {
  redirectUri: URL;
  state: string;
  nonce: string;
  verifier: string;
}

/** Which person is this? The whole of what differs where a browser is sent elsewhere to prove it. */
export interface OutsideIdentity {
  /** Where to send the browser. @throws FlowwError IDENTITY_UNAVAILABLE */
  begin(proof: SignInProof): Promise<URL>;
  /** `callback`: our address as the browser came back to it. @throws FlowwError SIGN_IN_REFUSED, IDENTITY_UNAVAILABLE */
  finish(callback: URL, proof: SignInProof): Promise<OutsidePerson>;
  /** Where the browser signs out there as well; undefined where that is not offered. */
  signOutUrl(returnTo: URL): Promise<URL | undefined>;
}

/** Who somebody is, as a provider of identities knows them. */
export interface OutsidePerson {
  /** Whose subjects these are: the same subject of another issuer is another person. */
  issuer: string;
  subject: string;
  email: string;
  isEmailVerified: boolean;
  name: string;
}

/** A session that the provider keeps of its own, which ours ends with. */
export interface OutsideSession {
  id: string;
  /** Asks once whether it goes on; the answer has the next one. */
  refreshToken: string;
}

export interface OutsideSignIn {
  person: OutsidePerson;
  /** Undefined where the provider's session and ours know nothing of each other. */
  session: OutsideSession | undefined;
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
  /** True where people also begin at the provider (an invitation, its own start page): who comes without a state is sent there anew. */
  readonly isStartedThere: boolean;
  /** Where to send the browser. @throws FlowwError IDENTITY_UNAVAILABLE */
  begin(proof: SignInProof): Promise<URL>;
  /** `callback`: our address as the browser came back to it. @throws FlowwError SIGN_IN_REFUSED, IDENTITY_UNAVAILABLE */
  finish(callback: URL, proof: SignInProof): Promise<OutsideSignIn>;
  /** Does it go on? Undefined when it is over. @throws FlowwError IDENTITY_UNAVAILABLE */
  refresh(session: OutsideSession): Promise<OutsideSession | undefined>;
  /** Where the browser signs out there as well; undefined where that is not offered. */
  signOutUrl(returnTo: URL, sessionId: string | undefined): Promise<URL | undefined>;
}

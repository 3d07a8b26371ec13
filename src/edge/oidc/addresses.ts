// Where signing in happens, as the pages, the API and the provider's own settings name it.

/** Where people sign in, and where the provider sends them back to. */
export const SIGN_IN_PATH = '/login';
/** Discover Claims: the pop-up begins here... */
export const DISCOVER_PATH = '/workspace/scim/discover-claims';
/** ... and ends here. */
export const DISCOVER_CALLBACK = '/workspace/scim/oauth-discover-callback';
export const FRONT_CHANNEL_LOGOUT = '/login/front-channel-logout';

// Who a job is, as the machine that runs it says: a token of an identity provider that the account
// trusts, so that no secret is kept anywhere. Asks a runner of GitHub Actions over HTTP.
#pragma once

#include "common/snow/connection_settings.hpp"
#include "common/token/token.hpp"

namespace cdckit::snow {

// Out of the token or its file, else from the runner, fresh. Throws config for a file that cannot
// be read, permission when the runner refuses, temporary when it is away.
token::Token workload_token(const ConnectionSettings& settings);

}  // namespace cdckit::snow

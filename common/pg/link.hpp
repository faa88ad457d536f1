// The way to the server, as a connected socket shows it, and what a reader of many small messages
// can do about their price there. Nothing is owned, nothing thrown: what the kernel refuses to
// tell or to do is left as it is.
#pragma once

namespace cdckit::pg {

enum class Link {
  unix_socket,
  same_host,  // TCP with the same address at both ends
  network,
};

[[nodiscard]] Link link_of(int socket) noexcept;

// For Link::same_host. A walsender writes each message by itself. As long as the window is open,
// each write carries its segment through the whole of the network stack to the reader, and wakes
// him; behind a full one messages only join those that wait, and go together when he reads. So a
// small window makes them cheap for both. Over a network it would cost a round trip each time.
void keep_window_small(int socket) noexcept;

}  // namespace cdckit::pg

#include "common/registry/client.hpp"

#include "common/avro/difference.hpp"
#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/http/url.hpp"

#include <utility>

namespace cdckit::registry {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::string_view kContentType = "application/vnd.schemaregistry.v1+json";
constexpr std::size_t kLongestAnswer = 16U << 20U;
constexpr std::chrono::seconds kTimeout{10};
constexpr std::chrono::seconds kRefusedFor{5};  // a schema may be on its way
constexpr std::size_t kMostRefused = 10'000;
constexpr std::int64_t kTokenMargin = 10'000;  // milliseconds
constexpr int kDeepestReference = 64;
constexpr std::size_t kMostReferences = 1000;

// the registry's own words for what it does not have: subject, version, schema ..
constexpr std::int64_t kFirstNotFound = 40401;
constexpr std::int64_t kLastNotFound = 40499;

bool is_not_found(long status, std::string_view body) {
  if (status != 404) return false;
  const std::int64_t code = read_complaint(body).code;
  return code >= kFirstNotFound && code <= kLastNotFound;
}

http::ClientOptions http_options(const Settings& settings, const ClientOptions& options) {
  http::ClientOptions out;
  out.ca_file = settings.ca_file;
  out.allow_http = settings.allow_http;
  out.certificate_file = settings.certificate_file;
  out.key_file = settings.key_file;
  out.key_password = settings.key_password;
  out.stop = options.stop;
  return out;
}

std::string subject_path(const std::string& subject) {
  return "/subjects/" + http::percent_encode(subject);
}

std::string name_of(const Frame& frame) {
  return frame.id ? "id " + std::to_string(*frame.id) : "GUID " + to_text(*frame.guid);
}

}  // namespace

Client::Client(Settings settings, ClientOptions options)
    : settings_(std::move(settings)),
      options_(std::move(options)),
      http_(http_options(settings_, options_)) {}

void Client::renew_token(bool refused) {
  if (!settings_.fetch_token) return;
  const bool over = token_ends_ && *token_ends_ - base::unix_milliseconds() < kTokenMargin;
  if (!settings_.token.empty() && !over && !refused) return;
  token::Token token = settings_.fetch_token();
  settings_.token = std::move(token.text);
  token_ends_ = token.expires_at_ms;
}

// A token that is refused is fetched again, once.
http::Response Client::send(const http::Request& request, bool again) {
  http::Request with = request;
  renew_token(again);
  with.bearer = settings_.token;
  with.basic = settings_.user_info;
  ++requests_;
  http::Response response = http_.send(with);
  if (response.status == 401 && settings_.fetch_token && !again) return send(request, true);
  return response;
}

Client::Answer Client::ask_once(const std::string& method,
                                const std::string& path,
                                const std::string& body) {
  http::Request request;
  request.method = method;
  request.url = settings_.url + path;
  request.headers = {"Accept: " + std::string(kContentType) + ", application/json"};
  if (!body.empty()) request.headers.push_back("Content-Type: " + std::string(kContentType));
  request.body = body;
  request.timeout = kTimeout;
  request.max_answer_bytes = kLongestAnswer;
  const http::Response response = send(request, false);
  Answer answer{response.status, response.body};
  if (answer.status == 408 || answer.status == 429 || answer.status >= 500) {
    const Complaint complaint = read_complaint(answer.body);
    throw Error(ErrorKind::temporary,
                "could not ask the registry \"" + settings_.url + "\": it answered " +
                    std::to_string(answer.status) +
                    (complaint.message.empty() ? "" : ": " + complaint.message));
  }
  if (answer.status == 401 || answer.status == 403) {
    throw Error(ErrorKind::permission,
                "could not ask the registry \"" + settings_.url + "\": it refused the login (" +
                    std::to_string(answer.status) + ")",
                "Give user and password as schema.registry.basic.auth.user.info in the properties "
                "file, or a token.");
  }
  return answer;
}

Client::Answer Client::ask(const std::string& method,
                           const std::string& path,
                           const std::string& body) {
  return retry::run(
      options_.retry,
      options_.stop,
      [&] { return ask_once(method, path, body); },
      options_.observer);
}

// An answer that nobody waited for: the registry's own word where there is one.
void Client::refuse(const std::string& what, const Answer& answer) const {
  const Complaint complaint = read_complaint(answer.body);
  if (complaint.code != 0) {
    throw Error(ErrorKind::unavailable,
                "could not " + what + ": the registry refused: " + complaint.message + " (" +
                    std::to_string(complaint.code) + ")");
  }
  throw Error(ErrorKind::unavailable,
              "could not " + what + ": \"" + settings_.url + "\" answered " +
                  std::to_string(answer.status) + ", as no registry does",
              "The URL is the one that ends before /subjects.");
}

void Client::check_access() {
  const Answer answer = ask("GET", "/subjects");
  if (answer.status != 200 || !answer.body.starts_with('['))
    refuse("list the subjects of the registry", answer);
}

std::string Client::level_of(const std::string& subject) {
  const std::string path =
      subject.empty() ? "/config"
                      : "/config/" + http::percent_encode(subject) + "?defaultToGlobal=true";
  Answer answer = ask("GET", path);
  if (is_not_found(answer.status, answer.body)) answer = ask("GET", "/config");
  if (answer.status != 200)
    refuse("read the compatibility level of subject \"" + subject + "\"", answer);
  return read_level(answer.body);
}

std::optional<std::int32_t> Client::find(const std::string& subject, const std::string& schema) {
  const Answer answer = ask("POST", subject_path(subject), schema_body(schema));
  if (is_not_found(answer.status, answer.body)) return std::nullopt;
  if (answer.status != 200) refuse("look up a schema under subject \"" + subject + "\"", answer);
  return read_id(answer.body);
}

std::optional<SchemaAnswer> Client::version(const std::string& subject, const std::string& number) {
  const Answer answer = ask("GET", subject_path(subject) + "/versions/" + number);
  if (is_not_found(answer.status, answer.body)) return std::nullopt;
  if (answer.status != 200)
    refuse("read version " + number + " of subject \"" + subject + "\"", answer);
  return read_schema(answer.body);
}

void Client::require_compatible(const std::string& subject, const std::string& schema) {
  const Answer answer =
      ask("POST",
          "/compatibility" + subject_path(subject) + "/versions/latest?verbose=true",
          schema_body(schema));
  if (is_not_found(answer.status, answer.body)) return;  // the first one
  if (answer.status != 200) refuse("hold a schema against subject \"" + subject + "\"", answer);
  std::vector<std::string> messages;
  if (!read_compatible(answer.body, messages))
    refuse_incompatible(subject, schema, std::move(messages));
}

void Client::refuse_incompatible(const std::string& subject,
                                 const std::string& schema,
                                 std::vector<std::string> messages) {
  const std::string level = level_of(subject);
  if (const auto latest = version(subject, "latest"); latest && latest->type == "AVRO") {
    std::map<std::string, bool> done;
    std::vector<std::string> texts;
    add_references(latest->references, "subject \"" + subject + "\"", done, texts, 0);
    auto found =
        avro::difference(avro::Schema::parse(latest->schema, texts), avro::Schema::parse(schema));
    if (!found.empty()) messages = std::move(found);
  }
  std::string why;
  for (const std::string& message : messages) why += (why.empty() ? "" : "; ") + message;
  throw Error(ErrorKind::unavailable,
              "could not register a schema under subject \"" + subject +
                  "\": it is not compatible (" + level + ") with the latest version: " + why,
              "Give new columns a default or let them be NULL, or change the subject's level; "
              "nothing of the new shape was written.");
}

std::int32_t Client::id_of(const std::string& subject, const std::string& schema) {
  const std::string key = subject + '\n' + schema;
  if (const auto found = ids_.find(key); found != ids_.end()) return found->second;
  auto id = find(subject, schema);
  if (!id && !settings_.register_schemas) {
    throw Error(ErrorKind::unavailable,
                "could not find the schema under subject \"" + subject + "\"",
                "Register it beforehand, or leave out auto.register.schemas=false.");
  }
  if (!id) {
    require_compatible(subject, schema);
    const Answer answer = ask("POST", subject_path(subject) + "/versions", schema_body(schema));
    if (answer.status == 409) {
      const std::string message = read_complaint(answer.body).message;
      refuse_incompatible(subject, schema, {message});
    }
    if (answer.status != 200) refuse("register a schema under subject \"" + subject + "\"", answer);
    id = read_id(answer.body);
  }
  if (ids_.size() >= options_.most_schemas) ids_.clear();
  ids_.emplace(key, *id);
  return *id;
}

WriterSchemaPointer Client::schema_of(const Frame& frame) {
  const std::string name = name_of(frame);
  if (const auto found = schemas_.find(name); found != schemas_.end()) return found->second;
  const auto now = std::chrono::steady_clock::now();
  const auto before = refused_.find(name);
  if (before != refused_.end() && now - before->second.when < kRefusedFor)
    throw Error(ErrorKind::data, before->second.why);
  try {
    WriterSchemaPointer schema = fetch(frame);
    if (schemas_.size() >= options_.most_schemas) schemas_.clear();
    schemas_[name] = schema;
    return schema;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data) throw;
    if (refused_.size() >= kMostRefused) refused_.clear();
    refused_[name] = {now, error.what()};
    throw;
  }
}

WriterSchemaPointer Client::fetch(const Frame& frame) {
  const std::string path = frame.id ? "/schemas/ids/" + std::to_string(*frame.id)
                                    : "/schemas/guids/" + to_text(*frame.guid);
  const Answer answer = ask("GET", path);
  bool is_unknown = is_not_found(answer.status, answer.body);
  if (!is_unknown && frame.guid && answer.status == 404) {
    check_access();  // a registry, then, but one that was made before there were GUIDs
    is_unknown = true;
  }
  if (is_unknown) {
    throw Error(ErrorKind::data,
                "could not decode a record: the registry \"" + settings_.url +
                    "\" does not know the schema of " + name_of(frame));
  }
  if (answer.status != 200) refuse("read the schema of " + name_of(frame), answer);
  const SchemaAnswer stored = read_schema(answer.body);
  if (stored.type != "AVRO") {
    throw Error(ErrorKind::data,
                "could not decode a record: the schema of " + name_of(frame) + " is " +
                    stored.type + ", not Avro");
  }
  std::map<std::string, bool> done;
  std::vector<std::string> texts;
  add_references(stored.references, name_of(frame), done, texts, 0);
  return std::make_shared<const WriterSchema>(avro::Schema::parse(stored.schema, texts));
}

// Each before those that use it, each once.
void Client::add_references(const std::vector<Reference>& references,
                            const std::string& by,
                            std::map<std::string, bool>& done,
                            std::vector<std::string>& texts,
                            int depth) {
  for (const Reference& reference : references) {
    const std::string name = "version " + std::to_string(reference.version) + " of subject \"" +
                             reference.subject + "\"";
    if (!done.emplace(name, true).second) continue;
    if (depth == kDeepestReference || done.size() > kMostReferences)
      throw Error(ErrorKind::data,
                  "could not decode a record: " + by + " refers to too many schemas");
    const auto stored = version(reference.subject, std::to_string(reference.version));
    if (!stored) {
      throw Error(ErrorKind::data,
                  "could not decode a record: " + by + " refers to " + name +
                      ", which the registry does not have");
    }
    add_references(stored->references, name, done, texts, depth + 1);
    texts.push_back(stored->schema);
  }
}

}  // namespace cdckit::registry

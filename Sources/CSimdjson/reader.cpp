#include "CSimdjson.h"

#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

#include <simdjson.h>

static_assert(WEIR_JSON_PADDING >= simdjson::SIMDJSON_PADDING, "the header promises less than simdjson reads");

namespace {

namespace ondemand = simdjson::ondemand;

int failure(simdjson::error_code error) {
    switch (error) {
    case simdjson::UTF8_ERROR: return WEIR_JSON_UTF8;
    case simdjson::STRING_ERROR: return WEIR_JSON_ESCAPE;
    case simdjson::UNESCAPED_CHARS: return WEIR_JSON_CONTROL;
    case simdjson::EMPTY:
    case simdjson::UNCLOSED_STRING:
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT: return WEIR_JSON_TRUNCATED;
    case simdjson::DEPTH_ERROR: return WEIR_JSON_DEPTH;
    case simdjson::NUMBER_ERROR: return WEIR_JSON_NUMBER_FORM;
    case simdjson::NUMBER_OUT_OF_RANGE: return WEIR_JSON_RANGE;
    case simdjson::INCORRECT_TYPE: return WEIR_JSON_TYPE;
    case simdjson::MEMALLOC:
    case simdjson::CAPACITY: return WEIR_JSON_MEMORY;
    default: return WEIR_JSON_SYNTAX;
    }
}

// RFC 8259 section 6. Numbers that nobody asks for may have any size, so their form alone is checked.
bool is_number(std::string_view token) {
    size_t at = 0;
    const auto digits = [&] {
        const size_t start = at;
        while (at < token.size() && token[at] >= '0' && token[at] <= '9') at++;
        return at > start;
    };
    if (at < token.size() && token[at] == '-') at++;
    if (at < token.size() && token[at] == '0') at++;
    else if (!digits()) return false;
    if (at < token.size() && token[at] == '.') {
        at++;
        if (!digits()) return false;
    }
    if (at < token.size() && (token[at] == 'e' || token[at] == 'E')) {
        at++;
        if (at < token.size() && (token[at] == '+' || token[at] == '-')) at++;
        if (!digits()) return false;
    }
    while (at < token.size() && (token[at] == ' ' || token[at] == '\t' || token[at] == '\n' || token[at] == '\r')) at++;
    return at == token.size();
}

struct Container {
    bool is_object;
    bool started;
    ondemand::object_iterator member, member_end;
    ondemand::array_iterator element, element_end;
};

} // namespace

struct weir_json {
    ondemand::parser parser;
    ondemand::document document;
    ondemand::value current;
    int current_kind = WEIR_JSON_END; // END once the value was consumed
    const uint8_t *bytes = nullptr;
    size_t length = 0;
    size_t max_depth;
    std::vector<Container> open;
    std::vector<uint8_t> unescaped;
    uint8_t *unescaped_end = nullptr;
    bool at_root = false;
    // The first error: what it left behind must not be walked any further. Nor is there anything before `begin`.
    int failed = WEIR_JSON_TRUNCATED;

    explicit weir_json(size_t depth) : max_depth(depth) { open.reserve(depth); }

    // Most strings have no escapes: those are handed out where they stand, others from `unescaped`,
    // which can't overflow: unescaping shortens, and each string is read at most once.
    int text(ondemand::raw_json_string raw, const uint8_t **start, size_t *size) {
        const auto *from = reinterpret_cast<const uint8_t *>(raw.raw());
        const size_t left = static_cast<size_t>(bytes + length - from);
        const auto *quote = static_cast<const uint8_t *>(memchr(from, '"', left));
        if (quote == nullptr) return WEIR_JSON_TRUNCATED;
        if (memchr(from, '\\', static_cast<size_t>(quote - from)) == nullptr) {
            *start = from;
            *size = static_cast<size_t>(quote - from);
            return 0;
        }
        if (unescaped_end == nullptr) {
            unescaped.resize(length + WEIR_JSON_PADDING);
            unescaped_end = unescaped.data();
        }
        std::string_view view;
        const auto error = parser.unescape(raw, unescaped_end).get(view);
        if (error) return failure(error);
        *start = reinterpret_cast<const uint8_t *>(view.data());
        *size = view.size();
        return 0;
    }

    template <typename Value> static int kind_of(Value &value) {
        ondemand::json_type type;
        const auto error = value.type().get(type);
        if (error) return failure(error);
        switch (type) {
        case ondemand::json_type::object: return WEIR_JSON_OBJECT;
        case ondemand::json_type::array: return WEIR_JSON_ARRAY;
        case ondemand::json_type::string: return WEIR_JSON_STRING;
        case ondemand::json_type::number: return WEIR_JSON_NUMBER;
        case ondemand::json_type::boolean: return WEIR_JSON_BOOLEAN;
        case ondemand::json_type::null: return WEIR_JSON_NULL;
        }
        return WEIR_JSON_SYNTAX;
    }

    int push(ondemand::object object) {
        Container container{true, false, {}, {}, {}, {}};
        auto error = object.begin().get(container.member);
        if (!error) error = object.end().get(container.member_end);
        if (error) return failure(error);
        open.push_back(container);
        return 0;
    }

    int push(ondemand::array array) {
        Container container{false, false, {}, {}, {}, {}};
        auto error = array.begin().get(container.element);
        if (!error) error = array.end().get(container.element_end);
        if (error) return failure(error);
        open.push_back(container);
        return 0;
    }

    template <typename Value> int enter(Value &value, int kind) {
        if (open.size() >= max_depth) return WEIR_JSON_DEPTH;
        if (kind == WEIR_JSON_OBJECT) {
            ondemand::object object;
            const auto error = value.get_object().get(object);
            return error ? failure(error) : push(object);
        }
        if (kind == WEIR_JSON_ARRAY) {
            ondemand::array array;
            const auto error = value.get_array().get(array);
            return error ? failure(error) : push(array);
        }
        return WEIR_JSON_TYPE;
    }

    // simdjson sees that the text does not end as its object does; brackets tell whether something is missing,
    // follows, or closes wrongly. Strings are closed here: the first pass has refused others.
    int unfinished() const {
        size_t depth = 0;
        for (size_t at = 0; at < length; at++) {
            switch (bytes[at]) {
            case '"':
                for (at++; at < length && bytes[at] != '"'; at++) {
                    if (bytes[at] == '\\') at++;
                }
                break;
            case '{':
            case '[': depth++; break;
            case '}':
            case ']':
                if (depth > 1) {
                    depth--;
                    break;
                }
                return bytes[at] == '}' ? WEIR_JSON_TRAILING : WEIR_JSON_SYNTAX;
            default: break;
            }
        }
        return depth > 0 ? WEIR_JSON_TRUNCATED : WEIR_JSON_SYNTAX;
    }

    // A text that was cut off right behind a bracket looks to simdjson like one that is wrong there.
    int settled(int code) {
        if (code >= 0) return code;
        const bool is_cut = code == WEIR_JSON_SYNTAX && unfinished() == WEIR_JSON_TRUNCATED;
        return failed = is_cut ? WEIR_JSON_TRUNCATED : code;
    }

    // Checks the value nobody asked for. Containers go through `next`, so the stack bounds the depth.
    int pass() {
        const int kind = current_kind;
        current_kind = WEIR_JSON_END;
        switch (kind) {
        case WEIR_JSON_END: return 0;
        case WEIR_JSON_OBJECT:
        case WEIR_JSON_ARRAY: {
            const size_t level = open.size();
            int result = enter(current, kind);
            while (result >= 0 && open.size() > level) {
                const uint8_t *key;
                size_t key_length;
                result = next(&key, &key_length);
                if (result == WEIR_JSON_OBJECT || result == WEIR_JSON_ARRAY) {
                    current_kind = WEIR_JSON_END;
                    result = enter(current, result);
                }
            }
            return result < 0 ? result : 0;
        }
        case WEIR_JSON_STRING: {
            ondemand::raw_json_string raw;
            const auto error = current.get_raw_json_string().get(raw);
            if (error) return failure(error);
            const uint8_t *start;
            size_t size;
            return text(raw, &start, &size);
        }
        case WEIR_JSON_NUMBER:
            return is_number(current.raw_json_token()) ? 0 : WEIR_JSON_NUMBER_FORM;
        case WEIR_JSON_BOOLEAN: {
            bool value;
            const auto error = current.get_bool().get(value);
            return error ? WEIR_JSON_SYNTAX : 0;
        }
        default: {
            bool value = false;
            const auto error = current.is_null().get(value);
            return error || !value ? WEIR_JSON_SYNTAX : 0;
        }
        }
    }

    int next(const uint8_t **key, size_t *key_length) {
        if (open.empty()) return WEIR_JSON_TYPE;
        if (const int passed = pass(); passed < 0) return passed;
        Container &container = open.back();
        if (container.is_object) {
            if (container.started) ++container.member;
            container.started = true;
            if (container.member == container.member_end) {
                open.pop_back();
                return WEIR_JSON_END;
            }
            ondemand::field field;
            const auto error = (*container.member).get(field);
            if (error) return failure(error);
            const auto name = field.key();
            current = field.value();
            if (const int result = text(name, key, key_length); result < 0) return result;
        } else {
            if (container.started) ++container.element;
            container.started = true;
            if (container.element == container.element_end) {
                open.pop_back();
                return WEIR_JSON_END;
            }
            const auto error = (*container.element).get(current);
            if (error) return failure(error);
            *key = nullptr;
            *key_length = 0;
        }
        return current_kind = kind_of(current);
    }
};

extern "C" {

weir_json *weir_json_create(size_t max_depth) { return new (std::nothrow) weir_json(max_depth); }

void weir_json_destroy(weir_json *reader) { delete reader; }

int weir_json_begin(weir_json *reader, const uint8_t *bytes, size_t length) {
    reader->open.clear();
    reader->current_kind = WEIR_JSON_END;
    reader->unescaped_end = nullptr;
    reader->bytes = bytes;
    reader->length = length;
    reader->at_root = false;
    reader->failed = 0;
    if (length == 0) return reader->settled(WEIR_JSON_TRUNCATED);
    const auto error = reader->parser.iterate(bytes, length, length + WEIR_JSON_PADDING).get(reader->document);
    if (error) return reader->settled(failure(error));
    reader->at_root = true;
    return reader->settled(weir_json::kind_of(reader->document));
}

int weir_json_enter(weir_json *reader) {
    if (reader->failed < 0) return reader->failed;
    if (reader->at_root) {
        reader->at_root = false;
        const int kind = weir_json::kind_of(reader->document);
        const int entered = kind < 0 ? kind : reader->enter(reader->document, kind);
        const bool is_cut = entered == WEIR_JSON_TRUNCATED && kind == WEIR_JSON_OBJECT;
        return reader->settled(is_cut ? reader->unfinished() : entered);
    }
    const int kind = reader->current_kind;
    reader->current_kind = WEIR_JSON_END;
    return reader->settled(reader->enter(reader->current, kind));
}

int weir_json_next(weir_json *reader, const uint8_t **key, size_t *key_length) {
    if (reader->failed < 0) return reader->failed;
    return reader->settled(reader->next(key, key_length));
}

int weir_json_string(weir_json *reader, const uint8_t **start, size_t *length) {
    if (reader->failed < 0) return reader->failed;
    if (reader->current_kind != WEIR_JSON_STRING) return reader->settled(WEIR_JSON_TYPE);
    reader->current_kind = WEIR_JSON_END;
    ondemand::raw_json_string raw;
    const auto error = reader->current.get_raw_json_string().get(raw);
    return reader->settled(error ? failure(error) : reader->text(raw, start, length));
}

int weir_json_number(weir_json *reader, bool *is_integer, int64_t *integer, double *value) {
    if (reader->failed < 0) return reader->failed;
    if (reader->current_kind != WEIR_JSON_NUMBER) return reader->settled(WEIR_JSON_TYPE);
    if (!is_number(reader->current.raw_json_token())) return reader->settled(WEIR_JSON_NUMBER_FORM);
    ondemand::number number;
    const auto error = reader->current.get_number().get(number);
    // The form is right, so what is left to fail is the size.
    if (error || number.is_uint64()) return reader->settled(WEIR_JSON_RANGE);
    reader->current_kind = WEIR_JSON_END;
    *is_integer = number.is_int64();
    *integer = number.is_int64() ? number.get_int64() : 0;
    *value = number.as_double();
    return 0;
}

int weir_json_bool(weir_json *reader, bool *value) {
    if (reader->failed < 0) return reader->failed;
    if (reader->current_kind != WEIR_JSON_BOOLEAN) return reader->settled(WEIR_JSON_TYPE);
    if (reader->current.get_bool().get(*value)) return reader->settled(WEIR_JSON_SYNTAX);
    reader->current_kind = WEIR_JSON_END;
    return 0;
}

int weir_json_finish(weir_json *reader) {
    if (reader->failed < 0) return reader->failed;
    if (reader->at_root) {
        const int entered = weir_json_enter(reader);
        if (entered < 0) return entered == WEIR_JSON_TYPE ? reader->failed = WEIR_JSON_SYNTAX : entered;
    }
    const uint8_t *key;
    size_t key_length;
    while (!reader->open.empty()) {
        const int kind = reader->next(&key, &key_length);
        if (kind < 0) return reader->settled(kind);
    }
    const bool ended = reader->document.current_location().error() == simdjson::OUT_OF_BOUNDS;
    return ended ? 0 : reader->settled(WEIR_JSON_TRAILING);
}

bool weir_json_is_utf8(const uint8_t *bytes, size_t length) {
    return simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), length);
}

} // extern "C"

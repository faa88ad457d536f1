#include "common/compress/zstd.hpp"

#include "common/base/error.hpp"
#include "common/base/unique_handle.hpp"

#include <new>
#include <utility>

#include <zstd.h>

namespace cdckit::compress {

struct ZstdCompressor::Implementation {
  base::UniqueHandle<ZSTD_CCtx, ZSTD_freeCCtx> context{ZSTD_createCCtx()};
};

ZstdCompressor::ZstdCompressor(int level) : implementation_(std::make_unique<Implementation>()) {
  ZSTD_CCtx* context = implementation_->context.get();
  if (context == nullptr ||
      ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)) != 0) {
    throw base::Error(base::ErrorKind::bug, "could not set up zstd compression");
  }
}

ZstdCompressor::~ZstdCompressor() = default;

void ZstdCompressor::compress(std::string_view bytes, std::string& out) {
  out.resize(ZSTD_compressBound(bytes.size()));
  const std::size_t size = ZSTD_compress2(
      implementation_->context.get(), out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0) {
    throw base::Error(base::ErrorKind::bug,
                      std::string("could not compress: ") + ZSTD_getErrorName(size));
  }
  out.resize(size);
}

struct ZstdWriter::Implementation {
  base::UniqueHandle<ZSTD_CCtx, ZSTD_freeCCtx> context{ZSTD_createCCtx()};
  std::string piece = std::string(ZSTD_CStreamOutSize(), '\0');
};

ZstdWriter::ZstdWriter(int level) : implementation_(std::make_unique<Implementation>()) {
  ZSTD_CCtx* context = implementation_->context.get();
  if (context == nullptr ||
      ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)) != 0) {
    throw base::Error(base::ErrorKind::bug, "could not set up zstd compression");
  }
}

ZstdWriter::~ZstdWriter() = default;

void ZstdWriter::run(std::string_view bytes, bool last, std::string& out) {
  Implementation& own = *implementation_;
  ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
  std::size_t left = 1;
  while (input.pos < input.size || (last && left != 0)) {
    ZSTD_outBuffer output{own.piece.data(), own.piece.size(), 0};
    left = ZSTD_compressStream2(
        own.context.get(), &output, &input, last ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError(left) != 0) {
      throw base::Error(base::ErrorKind::bug,
                        std::string("could not compress: ") + ZSTD_getErrorName(left));
    }
    out.append(own.piece.data(), output.pos);
  }
}

void ZstdWriter::append(std::string_view bytes, std::string& out) {
  run(bytes, false, out);
}

void ZstdWriter::finish(std::string& out) {
  run({}, true, out);
}

std::string zstd_decompress(std::string_view frame) {
  const base::UniqueHandle<ZSTD_DCtx, ZSTD_freeDCtx> context(ZSTD_createDCtx());
  std::string out;
  std::string piece(ZSTD_DStreamOutSize(), '\0');
  ZSTD_inBuffer input{frame.data(), frame.size(), 0};
  std::size_t left = 1;
  while (left != 0) {
    ZSTD_outBuffer output{piece.data(), piece.size(), 0};
    left = ZSTD_decompressStream(context.get(), &output, &input);
    if (ZSTD_isError(left) != 0) {
      throw base::Error(base::ErrorKind::data,
                        std::string("could not decompress: ") + ZSTD_getErrorName(left));
    }
    out.append(piece.data(), output.pos);
    if (left != 0 && input.pos == input.size && output.pos < output.size) {
      throw base::Error(base::ErrorKind::data, "could not decompress: the zstd frame is cut off");
    }
  }
  return out;
}

struct ZstdReader::Implementation {
  Read read;
  base::UniqueHandle<ZSTD_DCtx, ZSTD_freeDCtx> context{ZSTD_createDCtx()};
  std::string packed = std::string(ZSTD_DStreamInSize(), '\0');
  std::string piece = std::string(ZSTD_DStreamOutSize(), '\0');
  ZSTD_inBuffer input{nullptr, 0, 0};
  std::size_t left = 0;  // 0: between two frames
  bool full = false;     // the last piece was: there may be more without further input
};

ZstdReader::ZstdReader(Read read) : implementation_(std::make_unique<Implementation>()) {
  implementation_->read = std::move(read);
  if (implementation_->context == nullptr) throw std::bad_alloc();
}

ZstdReader::~ZstdReader() = default;

std::string_view ZstdReader::next() {
  Implementation& own = *implementation_;
  for (;;) {
    if (own.input.pos == own.input.size && !own.full) {
      own.input = {own.packed.data(), own.read(own.packed), 0};
      if (own.input.size == 0) {
        if (own.left == 0) return {};
        throw base::Error(base::ErrorKind::data, "could not decompress: the zstd frame is cut off");
      }
    }
    ZSTD_outBuffer output{own.piece.data(), own.piece.size(), 0};
    own.left = ZSTD_decompressStream(own.context.get(), &output, &own.input);
    if (ZSTD_isError(own.left) != 0) {
      throw base::Error(base::ErrorKind::data,
                        std::string("could not decompress: ") + ZSTD_getErrorName(own.left));
    }
    own.full = output.pos == output.size;
    if (output.pos > 0) return {own.piece.data(), output.pos};
  }
}

}  // namespace cdckit::compress

from onnxformers.processors.auto import AutoFeatureExtractor as AutoFeatureExtractor
from onnxformers.processors.auto import AutoImageProcessor as AutoImageProcessor
from onnxformers.processors.auto import AutoProcessor as AutoProcessor
from onnxformers.processors.base import FeatureExtractor as FeatureExtractor
from onnxformers.processors.batch_feature import BatchFeature as BatchFeature
from onnxformers.processors.combined import Processor as Processor
from onnxformers.processors.image import ImageProcessor as ImageProcessor
